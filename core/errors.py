"""What can go wrong below every process.

CoreError
├── SettingsError
├── EmbeddedError
│   ├── EmbeddedStartError
│   └── UnreachableDirectoryError
├── LauncherError
├── CronError
├── TimeZoneError
├── DestinationError
├── ArtifactStoreAwayError
├── ArtifactError
│   ├── ArtifactNotFoundError
│   └── ArtifactCorruptError
└── ManifestError
    ├── ManifestSignatureError
    └── ManifestFormatError
"""

from pathlib import Path


class CoreError(Exception):
    """The floor that every process stands on does not hold."""


class SettingsError(CoreError):
    """One or more environment variables hold a value that is not accepted."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class EmbeddedError(CoreError):
    """An embedded server cannot serve."""


class EmbeddedStartError(EmbeddedError):
    """An embedded server ended, or did not answer, while it started."""

    def __init__(self, server: str, reason: str, log: str = "") -> None:
        super().__init__(f"{server} did not start: {reason}" + (f"\n{log}" if log else ""))
        self.server = server


class UnreachableDirectoryError(EmbeddedError):
    """The ordinary user that runs PostgreSQL for root may not enter a directory on the way."""

    def __init__(self, path: Path, blocked_at: Path, user: str) -> None:
        super().__init__(
            f"PostgreSQL does not run as root, so it runs as the user {user!r}, who may not enter"
            f" {blocked_at} and so cannot reach {path}. Allow it (chmod o+rx {blocked_at}), keep"
            " the checkout and DATA_DIR elsewhere (for example under /var/lib), or run as an"
            " ordinary user"
        )
        self.path = path
        self.blocked_at = blocked_at


class LauncherError(CoreError):
    """The services cannot be started as asked."""


class CronError(CoreError, ValueError):
    """A cron expression that cannot be read, or that names no moment."""

    def __init__(self, expression: str, reason: str) -> None:
        super().__init__(
            f"{expression[:100]!r} is not a cron expression ({reason}): it takes five fields,"
            " minute hour day-of-month month day-of-week, such as `0 3 * * 1` for Mondays at 03:00"
        )
        self.expression = expression


class TimeZoneError(CoreError, ValueError):
    """There is no such time zone."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no time zone {name[:64]!r}: use a name of the IANA list, such as"
            " `Europe/Madrid`"
        )
        self.name = name


class DestinationError(CoreError, ValueError):
    """An address that this service does not call."""


class ArtifactStoreAwayError(CoreError, OSError):
    """The object store cannot be reached, or does not answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The artifact store does not answer: {reason}")


class ArtifactError(CoreError):
    """Stored bytes cannot be had."""

    def __init__(self, digest: str, message: str) -> None:
        super().__init__(message)
        self.digest = digest


class ArtifactNotFoundError(ArtifactError):
    """No artifact with this digest is in the store."""

    def __init__(self, digest: str) -> None:
        super().__init__(digest, f"No artifact {digest} in the store")


class ArtifactCorruptError(ArtifactError):
    """The stored bytes are not the bytes that were put."""

    def __init__(self, digest: str, found: str) -> None:
        super().__init__(digest, f"Artifact {digest} is damaged: its content has digest {found}")


class ManifestError(CoreError):
    """A bundle of files must not be loaded."""


class ManifestSignatureError(ManifestError):
    """The manifest was not signed with ARTIFACT_SIGNING_KEY, or it was changed afterwards."""


class ManifestFormatError(ManifestError):
    """The manifest is of a format that this version does not read."""
