"""Who answers: the `interface` of every model, the client for model servers, and the basic assistant."""
