"""How one request to the model went: how long it took, what it counted, how it failed."""

from dataclasses import asdict, dataclass
from typing import Any

from chat.assistants.interface import ModelOutput, StepEnd


@dataclass
class StepNote:
    """In milliseconds and tokens. `error` is the code of its failure."""

    step: int
    model: str
    first_output_ms: float | None = None
    took_ms: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    error: str = ""

    @property
    def has_output(self) -> bool:
        return self.first_output_ms is not None

    def wait(self, ms: float) -> None:
        self.took_ms += ms

    def hear(self, output: ModelOutput) -> None:
        if self.first_output_ms is None:
            self.first_output_ms = self.took_ms
        if isinstance(output, StepEnd):
            self.input_tokens, self.output_tokens = output.input_tokens, output.output_tokens

    def figures(self) -> dict[str, Any]:
        """Without what is not known."""
        figures = {name: round(value, 1) if isinstance(value, float) else value for name, value in asdict(self).items()}
        return {name: value for name, value in figures.items() if value not in {None, ""}}
