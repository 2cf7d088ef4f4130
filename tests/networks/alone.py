"""Does the whole job as somebody who uses the service, and writes what came of it as JSON.

Usage: alone.py ADDRESS RECORDING...; runs where the service runs, since it is reached by nobody else.
"""

import json
import sys
from pathlib import Path

import httpx

PATIENCE = 240.0


def main() -> None:
    """Hand in recordings, follow them, read and hear them, ask for reports."""
    address, *files = sys.argv[1:]
    with httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False) as client:
        found = [whole_way(client, Path(file)) for file in files]
        day = {"since": "2025-03-01", "until": "2025-04-30"}
        report = client.get("/api/v1/reports/day", params=day).text
        agents = client.get("/api/v1/reports/agents", params=day).json()
    told = {"calls": found, "report": len(report), "agents": agents["tables"][0]["rows"]}
    sys.stdout.write(json.dumps(told))


def whole_way(client: httpx.Client, file: Path) -> dict[str, object]:
    """Take a recording from its bytes to its text, its sound and its subtitles."""
    sent = client.post("/api/v1/recordings", files={"files": (file.name, file.read_bytes())})
    [accepted] = sent.raise_for_status().json()["accepted"]
    with client.stream("GET", f"/api/v1/jobs/{accepted['job']}/events") as answer:
        events = [line.removeprefix("data: ") for line in answer.iter_lines() if "data: " in line]
    one = f"/api/v1/calls/{accepted['recording']}"
    call = client.get(one).raise_for_status().json()
    subtitles = client.get(f"{one}/export", params={"format": "srt"}).text
    return {
        "state": json.loads(events[-1])["state"],
        "segments": len(call["analysis"]["call"]["segments"]),
        "language": call["analysis"]["call"]["language"],
        "judged": call["judgement"] is not None,
        "audio": client.get(f"{one}/audio").content[:4].decode("latin-1"),
        "subtitles": subtitles.count(" --> "),
    }


if __name__ == "__main__":
    main()
