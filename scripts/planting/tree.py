"""A copy of the tree, to change at will."""
from pathlib import Path

from planting import ROOT, Wrong, printed


class Tree:
    def __init__(self, path):
        self.path = path

    def write(self, name, text):
        """Only what is new: the rest stays built."""
        path = self.path / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)

    def read(self, name):
        return (self.path / name).read_text()

    def crate_root(self, name):
        """The file that has the modules of the crate with this one."""
        for folder in Path(name).parents:
            for root in ("lib.rs", "main.rs"):
                if (self.path / folder / root).exists():
                    return str(folder / root)
        raise Wrong(f"{name}: no lib.rs or main.rs above")

    def restore(self):
        """Makes it equal to the tree."""
        listed = printed([ROOT / "scripts/files"]).splitlines()
        names = {name for name in listed if (ROOT / name).is_file()}
        for path in [path for path in self.path.rglob("*") if path.is_file()]:
            if str(path.relative_to(self.path)) not in names:
                path.unlink()
        for name in names:
            here, there = ROOT / name, self.path / name
            content = here.read_bytes()
            if there.exists() and there.read_bytes() == content:
                continue
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(content)
            there.chmod(here.stat().st_mode)
