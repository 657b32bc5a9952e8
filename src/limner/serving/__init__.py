"""The server: models by HTTP and WebSocket, long work in a queue on disk, and the studio in a browser."""
