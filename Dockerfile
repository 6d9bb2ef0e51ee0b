# One image for the web process and the worker. Built from a checkout: docker compose build
FROM python:3.11-slim

RUN useradd --create-home --uid 10001 stacklead && install -d -o stacklead /data
WORKDIR /app
COPY requirements.lock pyproject.toml README.md CHANGELOG.md LICENSE ./
COPY server ./server
COPY snippet/dist ./snippet/dist
RUN pip install --no-cache-dir --require-hashes -r requirements.lock \
    && pip install --no-cache-dir --no-deps --no-build-isolation .

USER stacklead
ENV STACKLEAD_DATA_DIR=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
CMD ["stacklead", "serve", "--host", "0.0.0.0", "--port", "8000"]
