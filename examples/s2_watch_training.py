"""Print the progress of a training job: the Training Service document's example client.

python examples/s2_watch_training.py JOB_ID
"""

import argparse
import asyncio
import json
import sys

import websockets

ENDED_BADLY = {"training_failed", "training_cancelled"}


async def watch(url: str, job_id: str) -> bool:
    """Whether the training completed."""
    async with websockets.connect(f"{url}/api/v1/training/ws/{job_id}") as websocket:
        while True:
            data = json.loads(await websocket.recv())
            print(f"Progress: {data['progress']['percentage']}%")
            print(f"Step: {data['progress']['current_step']}")
            if data["type"] == "training_completed":
                print("Training finished")
                return True
            if data["type"] in ENDED_BADLY:
                print("Training did not complete")
                return False


def main() -> None:
    parser = argparse.ArgumentParser(description="Print the progress of a training job.")
    parser.add_argument("job_id")
    parser.add_argument("--url", default="ws://127.0.0.1:8004", help="address of the service")
    given = parser.parse_args()
    url = "ws" + given.url.removeprefix("http").removeprefix("ws")
    sys.exit(0 if asyncio.run(watch(url, given.job_id)) else 1)


if __name__ == "__main__":
    main()
