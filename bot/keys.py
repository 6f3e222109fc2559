"""New keys, each into a file that only its owner reads."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ceremonies.errors import Misconfigured
from ceremonies.identity import generate_pem
from ceremonies.master_key import KEY_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of key: which variable names its file, and how one is made."""

    variable: str
    file: str
    make: Callable[[], bytes]


def _master_key() -> bytes:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n"


MASTER = Kind(variable="CONCLAVE_MASTER_KEY_FILE", file="master.key", make=_master_key)
IDENTITY = Kind(variable="CONCLAVE_IDENTITY_KEY_FILE", file="identity.pem", make=generate_pem)


def write(kind: Kind, path: Path) -> str:
    """Make a key and write it with mode 0600; return the line for the environment.

    Raises Misconfigured where there is a file already: a key that is in use is not replaced.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(kind.make())
    except FileExistsError:
        raise Misconfigured(
            f"{path}: there is a file already",
            advice="Name another file; the key that is there may be in use.",
        ) from None
    except OSError as problem:
        raise Misconfigured(
            f"{path}: {problem.strerror}", advice="Name a file in a directory that is there."
        ) from None
    return f"{kind.variable}={path.absolute()}"
