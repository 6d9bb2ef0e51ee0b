"""What a capture costs when it is written with FastAPI and a task queue, as most people would write it."""
