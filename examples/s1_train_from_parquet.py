"""Train on a Parquet file and watch it: the Model Studio document's example client.

python examples/s1_train_from_parquet.py penguins.parquet species --task classification
python examples/s1_train_from_parquet.py customers.parquet --task clustering --seconds 30
"""

import argparse
import asyncio
import base64
import json
import sys
from pathlib import Path
from typing import Any

import websockets
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

ENDPOINT = "/api/model-studio/ws/train-from-parquet"
TASKS = ("classification", "regression", "clustering", "time_series")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train on a Parquet file and watch it live.")
    parser.add_argument("file", type=Path)
    parser.add_argument("target", nargs="?", help="the column to predict; a clustering has none")
    parser.add_argument("--task", default="regression", choices=TASKS)
    parser.add_argument("--seconds", type=float, help="how long to look for the best model")
    parser.add_argument("--url", default="ws://127.0.0.1:8004", help="address of the service")
    return parser.parse_args()


def request(given: argparse.Namespace) -> str:
    fields = {
        "action": "start_training",
        "file_data": base64.b64encode(given.file.read_bytes()).decode("ascii"),
        "ml_task": given.task,
        "target_variable": given.target,
        "model_type": "auto",
        "test_size": 0.2,
        "time_budget_seconds": given.seconds,
    }
    return json.dumps({name: value for name, value in fields.items() if value is not None})


async def train(url: str, start: str, console: Console) -> bool:
    """Whether the training completed."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>5.1f}%"),
    )
    with Progress(*columns, console=console) as bars:
        bar = bars.add_task("Sending the file", total=100)
        async with websockets.connect(url + ENDPOINT) as websocket:
            await websocket.send(start)
            async for message in websocket:
                update = json.loads(message)
                if update["type"] == "progress":
                    description = f"{update['phase']}: {update['message']}"
                    bars.update(bar, completed=update["progress"], description=description)
                    for line in update["logs"]:
                        console.log(line, markup=False)
                elif update["type"] == "completed":
                    bars.update(bar, completed=100, description="completed")
                    report(update, console)
                    return True
                elif update["type"] == "error":
                    console.print(f"Error: {update['message']}", style="red", markup=False)
                    return False
    console.print("The connection closed before the training ended.", style="red")
    return False


def report(update: dict[str, Any], console: Console) -> None:
    console.print(f"Training completed. Model ID: {update['model_id']}", style="green")
    console.print(f"Test accuracy: {update['metrics']['test_accuracy']:.3f}")


def main() -> None:
    given = arguments()
    url = "ws" + given.url.removeprefix("http").removeprefix("ws")
    completed = asyncio.run(train(url, request(given), Console()))
    sys.exit(0 if completed else 1)


if __name__ == "__main__":
    main()
