"""What is counted, for Prometheus: requests by route and status, how long they take, and how much waits."""

import time

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from limner.serving.state import State

BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
"""Seconds up to which requests are counted, from an answer at once to a long one."""


class Metrics:
    """An ASGI layer that counts; `text` is what Prometheus reads."""

    def __init__(self, app: ASGIApp, routes: FastAPI) -> None:
        self.app, self.routes = app, routes
        routes.state.metrics = self
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "limner_requests_total", "Requests.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "limner_request_seconds", "Seconds a request took.", ["route"], buckets=BUCKETS, registry=self.registry
        )
        self.waiting = Gauge("limner_pictures_waiting", "Pictures that wait to be generated.", registry=self.registry)
        self.generated = Gauge(
            "limner_pictures_generated", "Pictures generated in batches so far.", registry=self.registry
        )
        self.jobs = Gauge("limner_jobs", "Jobs by state.", ["state"], registry=self.registry)
        self.live = Gauge("limner_live_connections", "Live connections.", registry=self.registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, counted)
        finally:
            # the template of the path, as there are too many paths to count one by one; the router leaves it here
            route = str(getattr(scope.get("route"), "path", "other"))
            self.requests.labels(scope["method"], route, str(status)).inc()
            self.seconds.labels(route).observe(time.perf_counter() - began)

    def text(self, state: State) -> bytes:
        """Returns all counts."""
        self.waiting.set(state.batch.waiting)
        self.generated.set(state.batch.generated)
        self.live.set(self.routes.state.live)
        self.jobs.clear()
        for job in state.store.all():
            self.jobs.labels(job.state).inc()
        return generate_latest(self.registry)
