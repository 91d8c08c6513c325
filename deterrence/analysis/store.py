"""Sweeps on disk: a Zarr store that is written chunk by chunk, each file whole or not at all, and that can be taken up again after any interruption.

The store is made in one move, with all that says what belongs into it. A chunk is finished when the file of its last variable is there: files
appear only when they are whole, and those of values that are all alike are written too. Nothing in it tells when or where it was written.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import xarray as xr

from deterrence.algebra.errors import InputError
from deterrence.analysis.chunks import Box, Boxes

Template: TypeAlias = tuple[xr.Dataset, xr.Dataset]

FORMAT = 1
KEY = "deterrence_sweep"  # the attribute that says what the store is for
LAST = "inside"  # the variable that is written last of each chunk
_LEVEL = 3  # of compression
_DRAFT = ".deterrence-draft"  # what a store that is being made is called, after its name
_PART = ".partial"  # the end of the name under which Zarr writes a file before it moves it into place
_CANNOT_HOLD = ("/", " over ")  # what a variable's name cannot have on disk, and what it has instead


@dataclass(frozen=True)
class Store:
    """A store on disk, by its full path, with the points that belong into it; small, so that it can be sent to other processes."""

    path: Path
    boxes: Boxes

    def write(self, box: Box, block: xr.Dataset) -> None:
        """Write the results at the points of a box; written again they are the same."""
        for name in _in_order(block):
            values = block[name]
            try:
                _array(self.path / on_disk(name))[box.within(values.dims)] = values.values
            except FileNotFoundError:  # another run has just finished this store, and tidied it
                if not self.has(box):
                    raise

    def has(self, box: Box) -> bool:
        """Has a box been written?"""
        return (self.path / LAST / "c" / "/".join(map(str, box.place))).exists()

    def missing(self) -> Iterator[Box]:
        """The boxes that have not been written."""
        return (box for box in self.boxes if not self.has(box))

    def tidy(self) -> None:
        """Remove the parts of files that killed processes left behind, once every chunk is there."""
        for folder, _, files in os.walk(self.path):
            for name in files:
                if name.endswith(_PART):
                    (Path(folder) / name).unlink(missing_ok=True)

    def opened(self) -> xr.Dataset:
        """The results, read when they are asked for: as dask arrays where dask is installed."""
        from importlib.util import find_spec

        found: xr.Dataset = xr.open_zarr(self.path, consolidated=False, chunks={} if find_spec("dask") else None)
        labels = {name: (c.dims, np.array(c.values.tolist(), dtype=str), c.attrs) for name, c in found.coords.items() if c.dtype.kind == "T"}
        names = {name: v.attrs["quantity"] for name, v in found.data_vars.items() if "quantity" in v.attrs}
        out = found.assign_coords(labels).rename_vars(names)
        for name in names.values():
            del out[name].attrs["quantity"]
        del out.attrs[KEY]
        return out


def on_disk(name: str) -> str:
    """What a variable is called on disk, where `/` would begin a folder.

    >>> on_disk("payoff(Ally)/V")
    'payoff(Ally) over V'
    """
    sign, word = _CANNOT_HOLD
    return word.join(part.strip() for part in name.split(sign))


def _in_order(block: xr.Dataset) -> list[str]:
    return [*sorted(str(name) for name in block.data_vars if name != LAST), LAST]


def _array(path: Path) -> Any:
    import zarr

    # Else chunks of nothing but the fill value are left out, and would seem to be missing.
    return zarr.open_array(str(path), mode="r+").with_config({"write_empty_chunks": True})


def check_place(path: str | os.PathLike[str]) -> Path:
    """Return the full path of a store; raise InputError, before any work, where none can be written there.

    >>> check_place("/no/such/folder/run.zarr")
    Traceback (most recent call last):
        ...
    deterrence.algebra.errors.InputError: store: '/no/such/folder/run.zarr': there is no folder /no/such/folder
    """
    _need_zarr()
    target = Path(path).resolve()
    if not target.parent.is_dir():
        raise InputError(f"store: {str(path)!r}: there is no folder {target.parent}")
    if target.exists():
        _key_of(target)
    try:
        _try_to_write(target)
    except OSError as error:
        raise InputError(f"store: {str(path)!r} cannot be written: {error.strerror or error}") from None
    return target


def _try_to_write(target: Path) -> None:
    """Raise the OSError that writing will end in; only trying tells. What a kill in between leaves behind is removed by the next run."""
    if target.exists():
        trial = target / f"trial-{secrets.token_hex(4)}{_PART}"
        trial.touch()
        trial.unlink()
        return
    try:
        _draft_of(target).mkdir()
    except FileExistsError:
        return
    _draft_of(target).rmdir()


def _draft_of(target: Path) -> Path:
    return target.with_name(f".{target.name}{_DRAFT}")


def _need_zarr() -> None:
    from importlib.util import find_spec

    if not find_spec("zarr"):
        raise InputError("store: zarr is not installed; pip install 'deterrence[cluster]'")


def _key_of(target: Path) -> dict[str, Any]:
    """What a store is for; raises InputError where something else is in its place."""
    try:
        found = json.loads((target / "zarr.json").read_text(encoding="utf-8"))["attributes"][KEY]
        key: dict[str, Any] = json.loads(found)
        return key
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"store: {str(target)!r} is there and was not written by a sweep; give another path") from None


def opened(target: Path, template: Template, boxes: Boxes, key: Mapping[str, Any]) -> Store:
    """The store at a path, which is made unless it is there and is for the same sweep.

    Args:
        target: the full path.
        template: all coordinates and attributes, and the variables at one point.
        boxes: how the points are cut up.
        key: what the results depend on, by what it is called in the message where it differs.

    Raises:
        InputError: the store is for another sweep, or cannot be written.
    """
    wanted = {"format": FORMAT, **key, "chunks": list(boxes.lengths.values())}
    if not target.exists():
        _make(target, template, boxes, json.dumps(wanted))
    found = _key_of(target)
    differs = [what for what in wanted if found.get(what) != wanted[what]]
    if differs:
        raise InputError(f"store: {str(target)!r} was made for another {differs[0]}; give another path, or remove it")
    return Store(target, boxes)


def _make(target: Path, template: Template, boxes: Boxes, key: str) -> None:
    """Make the store under another name beside its place, and move it there."""
    draft = _draft_of(target)
    try:
        shutil.rmtree(draft, ignore_errors=True)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*onsolidated metadata")  # is no part of Zarr's format 3 yet, and is used by everybody
            _fill(draft, (template[0].assign_attrs({KEY: key}), template[1]), boxes)
        os.rename(draft, target)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        if not target.exists():  # else another run has made it meanwhile
            raise InputError(f"store: {str(target)!r} cannot be written: {error.strerror or error}") from None


def _fill(draft: Path, template: Template, boxes: Boxes) -> None:
    """Write the coordinates, and the description of each variable."""
    import zarr
    from zarr.codecs import ZstdCodec

    header, sample = template
    texts = {name: c.astype(object) for name, c in header.coords.items() if c.dtype.kind == "U"}  # Zarr has no stable type of fixed length
    header.assign_coords(texts).to_zarr(draft, mode="w-", zarr_format=3, consolidated=False)
    group = zarr.open_group(str(draft), mode="r+")
    for name in _in_order(sample):
        values = sample[name]
        group.create_array(
            on_disk(name),
            shape=boxes.shape(values),
            chunks=tuple(boxes.lengths.get(str(dim), max(1, n)) for dim, n in values.sizes.items()),
            dtype=values.dtype,
            fill_value={"f": np.nan, "i": -1, "b": False}[values.dtype.kind],
            compressors=ZstdCodec(level=_LEVEL),
            attributes={**values.attrs, **({} if on_disk(name) == name else {"quantity": name})},
            dimension_names=[str(dim) for dim in values.dims],
        )
    zarr.consolidate_metadata(str(draft), zarr_format=3)


def digest(*parts: object) -> str:
    """A digest of arrays, by their bytes and shapes, and of anything else, by how it prints."""
    found = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            found.update(f"{part.dtype} {part.shape}:".encode())
            found.update(np.ascontiguousarray(part).tobytes())
        else:
            found.update(f"{part!r};".encode())
    return found.hexdigest()
