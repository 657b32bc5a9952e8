"""The layer of a server that decides who may ask, and where its live channel is."""

from asking import TestClient
from limner.serving.middleware import AccessMiddleware

LIVE = "ws://localhost/v1/live"


def middleware_of(client: TestClient) -> AccessMiddleware:
    layer = client.app.middleware_stack
    while not isinstance(layer, AccessMiddleware):
        layer = layer.app
    return layer
