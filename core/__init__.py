"""What every process shares: settings, logs, artifacts, progress, embedded servers, launcher."""
