"""Requests to the model's server: the SDK builds one, and each further one differs from it in its body alone."""

import ssl
from typing import Any

import httpx2
import openai
from openai import AsyncOpenAI, AsyncStream

from .address import Address
from .bounded import BoundedClient
from .refusals import Refusal, read_refusal


class Refused(Exception):
    """An answer that is an error, and what it says."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__()


class Connection:
    """The SDK's client of one event loop: its connections cannot be used from another."""

    def __init__(self, address: Address, path: str, key: str, silence_seconds: float, tls: ssl.SSLContext) -> None:
        timeout = openai.Timeout(connect=5, read=silence_seconds, write=10, pool=5)
        self._http = BoundedClient(verify=tls, timeout=timeout)
        self._client = AsyncOpenAI(
            api_key=key,
            base_url=address.base_url,
            default_query=dict(address.query),
            http_client=self._http,
            timeout=timeout,
            max_retries=0,
        )
        self._path = path
        # With each request: among the headers of the client, a bearer token that is left out counts as missing.
        self._key_headers = key_headers(address.key_header, key)

    async def close(self) -> None:
        await self._client.close()

    async def post(self, content: bytes, headers: dict[str, str]) -> httpx2.Response:
        """The answer as it begins. Raises Refused where it is an error, and openai.APIConnectionError."""
        if self._http.built is None:
            return await self._first_post(content, headers)
        request = again(self._http.built, content, headers)
        try:
            response = await self._http.send(request, stream=True)
            if not response.is_success:
                await response.aread()
        except Exception as error:  # as the SDK does it, whatever the error is
            raise openai.APIConnectionError(request=request) from error
        if not response.is_success:
            raise Refused(read_refusal(response.status_code, response.headers, response.content))
        return response

    async def _first_post(self, content: bytes, headers: dict[str, str]) -> httpx2.Response:
        """By the SDK, which knows what a request to such a server looks like, and takes 1 ms of CPU for it.

        The resource methods walk the whole history to transform it, and a typed event costs a pydantic
        model: with 200 messages and 40 tokens 141 ms of CPU a request, 10 untransformed, 4 this way.
        """
        try:
            answer: Any = await self._client.post(
                self._path,
                content=content,
                options={"headers": {**headers, **self._key_headers}},
                cast_to=httpx2.Response,
                stream=True,
                stream_cls=AsyncStream[object],
            )
        except openai.APIStatusError as error:
            response = error.response
            raise Refused(read_refusal(error.status_code, response.headers, response.content)) from None
        finally:
            if built := self._http.built:
                for name in headers:  # they are of this request alone
                    built.headers.pop(name, None)
        return answer


def key_headers(header: str, key: str) -> dict[str, Any]:
    """The key in a header of the server's own, in the place of a bearer token, which some then take for another key."""
    return {header: key, "Authorization": openai.Omit()} if header else {}


def again(built: httpx2.Request, content: bytes, headers: dict[str, str]) -> httpx2.Request:
    """The same request with another body, and with headers that only this one has."""
    changed = {**built.headers, "content-length": str(len(content)), **headers}
    return httpx2.Request(built.method, built.url, headers=changed, content=content, extensions=dict(built.extensions))
