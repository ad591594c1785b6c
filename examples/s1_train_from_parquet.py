"""Train on a Parquet file and watch it: the Model Studio document's example client.

python examples/s1_train_from_parquet.py penguins.parquet species --task classification
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


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train on a Parquet file and watch it live.")
    parser.add_argument("file", type=Path)
    parser.add_argument("target", help="the column to predict")
    parser.add_argument("--task", default="regression", choices=["classification", "regression"])
    parser.add_argument("--url", default="ws://127.0.0.1:8004", help="address of the service")
    return parser.parse_args()


def request(file: Path, ml_task: str, target: str) -> str:
    return json.dumps(
        {
            "action": "start_training",
            "file_data": base64.b64encode(file.read_bytes()).decode("ascii"),
            "ml_task": ml_task,
            "target_variable": target,
            "model_type": "auto",
            "test_size": 0.2,
        }
    )


async def train(url: str, file: Path, ml_task: str, target: str, console: Console) -> bool:
    """Whether the training completed."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>5.1f}%"),
    )
    with Progress(*columns, console=console) as bars:
        bar = bars.add_task("Sending the file", total=100)
        async with websockets.connect(url + ENDPOINT) as websocket:
            await websocket.send(request(file, ml_task, target))
            async for message in websocket:
                update = json.loads(message)
                if update["type"] == "progress":
                    description = f"{update['phase']}: {update['message']}"
                    bars.update(bar, completed=update["progress"], description=description)
                    for line in update["logs"]:
                        console.log(line)
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
    completed = asyncio.run(train(url, given.file, given.task, given.target, Console()))
    sys.exit(0 if completed else 1)


if __name__ == "__main__":
    main()
