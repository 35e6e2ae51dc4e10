"""What goes into an image: what is trimmed, gathered, compiled and listed."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import bill_of_materials
import bytecode
import pytest
import root_tree
import trimming
from deploy_files import ROOT

LDD = """\
\tlinux-vdso.so.1 (0x00007ffd)
\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f1c)
\tlibbrought.so => not found
\t/lib64/ld-linux-x86-64.so.2 (0x00007f1d)
"""
LOCK = """\
# a comment
six==1.17.0 \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
    # via python-dateutil
ruamel-yaml==0.19.1 ; python_version >= "3" \\
    --hash=sha256:{c}
""".format(a="b" * 64, b="a" * 64, c="c" * 64)


def write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_what_is_never_opened_is_taken_out_and_the_rest_stays(tmp_path: Path) -> None:
    gone = (
        "huggingface_hub/__init__.py",
        "phonenumbers/geodata/x.py",
        "botocore/data/ec2/service.json",
        "numpy/tests/test_x.py",
        "pkg/__pycache__/x.pyc",
        "pkg/x.pyi",
        "onnxruntime/capi/libonnxruntime.so.1.2",
    )
    kept = (
        "phonenumbers/phonenumberutil.py",
        "botocore/data/secretsmanager/service.json",
        "botocore/data/endpoints.json",
        "onnxruntime/capi/onnxruntime_pybind11_state.so",
        "pkg/x.py",
    )
    for name in (*gone, *kept):
        write(tmp_path / name, "12345")
    assert trimming.trim(tmp_path) == 5 * len(gone)
    assert [name for name in gone if (tmp_path / name).exists()] == []
    assert [name for name in kept if not (tmp_path / name).exists()] == []


def test_nothing_that_the_program_imports_is_trimmed() -> None:
    names = {pattern.split("/")[0].rstrip("*-") for pattern in trimming.NEVER_OPENED}
    code = "import sys, aiguardian.app; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    whole = {name for name in names if f"{name}*" in trimming.NEVER_OPENED}
    assert whole & set(done.stdout.split()) == set()


def test_a_real_library_is_loadable_and_one_that_is_out_of_line_is_not() -> None:
    library = bytearray(Path(next(iter(loaded_libraries()))).read_bytes())
    assert trimming.is_loadable(bytes(library))
    start = int.from_bytes(library[32:40], "little")
    size, count = (int.from_bytes(library[at : at + 2], "little") for at in (54, 56))
    for index in range(count):
        at = start + index * size
        if int.from_bytes(library[at : at + 4], "little") == trimming.LOADED:
            library[at + 8] ^= 1  # the offset of the first segment, by a byte
            break
    assert not trimming.is_loadable(bytes(library))
    assert not trimming.is_loadable(b"")
    assert not trimming.is_loadable(b"#!/bin/sh\n")


def loaded_libraries() -> list[str]:
    with Path("/proc/self/maps").open() as maps:
        return sorted({line.split()[-1] for line in maps if ".so" in line and "/" in line})


def test_libraries_are_read_from_what_ldd_prints() -> None:
    assert list(root_tree.libraries_in(LDD, {"libbrought.so"})) == [
        "/lib/x86_64-linux-gnu/libm.so.6",
        "/lib64/ld-linux-x86-64.so.2",
    ]
    with pytest.raises(ValueError, match=r"missing: libbrought\.so"):
        list(root_tree.libraries_in(LDD, set()))


@pytest.mark.skipif(sys.platform != "linux", reason="shared libraries are told by Linux's ldd")
def test_the_interpreter_needs_its_c_library(tmp_path: Path) -> None:
    needed = {path.name for path in root_tree.needed([Path(sys.executable).resolve()], tmp_path)}
    assert "libc.so.6" in needed
    assert any(name.startswith("ld-") for name in needed)


def test_what_is_written_to_is_a_volume_that_belongs_to_the_user(tmp_path: Path) -> None:
    base = ROOT.joinpath("Dockerfile").read_text("utf-8").split("FROM scratch AS base\n")[1]
    base = base.split("\nFROM ")[0]
    [line] = re.findall(r"^VOLUME (.*)$", base, re.MULTILINE)
    task = ROOT.joinpath("terraform/modules/ecs-service/main.tf").read_text("utf-8")
    mounted = re.findall(r'containerPath = "([^"]+)", readOnly = false', task)
    assert sorted(json.loads(line)) == sorted(mounted) == ["/tmp", f"/{root_tree.HOME}"]

    # A builder may drop what is copied into a volume after it was declared.
    assert base.index("VOLUME ") > base.rindex("COPY ")
    root_tree.lay_out(tmp_path / "root")
    assert stat.S_IMODE((tmp_path / "root/tmp").stat().st_mode) == 0o1777
    assert "COPY --from=packages /rootfs/ /\n" in base
    user = root_tree.USER_ID
    assert f"COPY --from=packages --chown={user}:{user} /homes/ /var/lib/\n" in base
    assert f"\nUSER {user}:{user}\n" in base
    whole = ROOT.joinpath("Dockerfile").read_text("utf-8")
    assert f"install -d -m 0700 /homes/{Path(root_tree.HOME).name}\n" in whole


def test_sources_that_stand_alone_are_replaced_by_what_they_compile_to(tmp_path: Path) -> None:
    write(tmp_path / "root/lib/pkg/__init__.py", "VALUE = 42\nFILE = __file__\n")
    write(tmp_path / "root/lib/pkg/data.txt", "x")
    bytecode.compile_alone(tmp_path / "root/lib", str(tmp_path / "root"))
    assert not list(tmp_path.rglob("*.py"))
    code = (
        "import pkg; print(pkg.VALUE, compile and pkg.__spec__.loader.get_code('pkg').co_filename)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "root/lib")},
    )
    assert done.stdout.split() == ["42", "/lib/pkg/__init__.py"], done.stderr


def test_a_source_that_does_not_compile_stops_the_build(tmp_path: Path) -> None:
    write(tmp_path / "wrong.py", "def\n")
    with pytest.raises(ValueError, match="does not compile"):
        bytecode.compile_beside(tmp_path)


def test_the_bill_lists_what_is_there_with_the_hashes_of_the_lock(tmp_path: Path) -> None:
    packages = tmp_path / "lib"
    write(packages / "six-1.17.0.dist-info/RECORD", "six.py,,\nsix-1.17.0.dist-info/RECORD,,\n")
    write(packages / "six.py")
    # Its record stays when it was trimmed away; it is no longer a part.
    write(packages / "ruamel_yaml-0.19.1.dist-info/RECORD", "ruamel/yaml.py,,\n")
    components = bill_of_materials.python_components(LOCK, packages)
    assert [(one.name, one.version, one.hashes) for one in components] == [
        ("six", "1.17.0", ("a" * 64, "b" * 64))
    ]
    write(tmp_path / "root/var/lib/dpkg/status.d/libc6", "Package: libc6\nVersion: 2.41-12\n")
    components += bill_of_materials.debian_components(tmp_path / "root")
    document = bill_of_materials.document(components, "1.2.3")
    assert [one["purl"] for one in document["components"]] == [
        "pkg:deb/debian/libc6@2.41-12",
        "pkg:pypi/six@1.17.0",
    ]
    again = bill_of_materials.document(list(reversed(components)), "1.2.3")
    assert json.dumps(document) == json.dumps(again)


def test_a_package_that_is_not_in_the_lock_stops_the_build(tmp_path: Path) -> None:
    write(tmp_path / "stranger-1.0.dist-info/RECORD", "stranger.py,,\n")
    write(tmp_path / "stranger.py")
    with pytest.raises(ValueError, match="stranger"):
        bill_of_materials.python_components(LOCK, tmp_path)


def test_the_lock_of_the_project_is_read_whole() -> None:
    text = ROOT.joinpath("requirements.lock").read_text(encoding="utf-8")
    locked = bill_of_materials.locked(text)
    assert len(locked) == sum("==" in line and line[0].isalnum() for line in text.splitlines())
    assert all(hashes for hashes in locked.values())
