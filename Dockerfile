FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DEBUG=off
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
# collectstatic needs settings that load; the key of this one command is thrown away.
RUN SECRET_KEY=build-time-only python manage.py collectstatic --no-input \
    && useradd --system --uid 10001 app
USER app
EXPOSE 8000
CMD ["daphne", "--no-server-name", "-b", "0.0.0.0", "-p", "8000", "config.asgi:application"]
