"""What every process shares: settings, logs, artifact store, progress stream, embedded servers, launcher."""
