# docker build -t conclave .
#
# First every locked file is downloaded and its hash checked; then Conclave is installed from those
# files alone, with what it needs to serve. The practice range and the tests stay out of the image.

FROM python:3.12-slim AS locked
COPY requirements.lock .
RUN pip download --no-cache-dir --require-hashes --no-deps --only-binary :all: \
        --dest /wheels --requirement requirements.lock

FROM python:3.12-slim AS installed
COPY --from=locked /wheels /wheels
WORKDIR /src
COPY pyproject.toml README.md ./
COPY bot bot
COPY ceremonies ceremonies
COPY holder holder
RUN python -m venv /opt/conclave \
    && /opt/conclave/bin/pip install --no-cache-dir --no-index --find-links /wheels .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home --home-dir / conclave
COPY --from=installed /opt/conclave /opt/conclave
ENV PATH=/opt/conclave/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CONCLAVE_CONFIG=/etc/conclave/conclave.toml
USER 10001
WORKDIR /etc/conclave
# SIGTERM is what Conclave ends on; it takes at most 12 seconds. Give it 15.
STOPSIGNAL SIGTERM
ENTRYPOINT ["conclave"]
CMD ["run"]
