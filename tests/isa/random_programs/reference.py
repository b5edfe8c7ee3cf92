"""Runs an image on QEMU, whose RAM is a file: what is in it afterwards is the result."""
import os
import shutil
import subprocess

import layout

# RV64GC with S and U mode and the PMP, of the privileged specification 1.12: all that QEMU adds is switched off. Its
# machine has twice the memory, since it puts a device tree near the end.
CPU = ("rv64,priv_spec=v1.12.0,h=false,v=false,sstc=false,Zihintpause=false,zba=false,zbb=false,zbc=false,zbs=false,"
       "debug=false,pmu-num=0,marchid=0,mimpid=0,mvendorid=0")
MEMORY = 2 * layout.RAM_BYTES


def find():
    return shutil.which("qemu-system-riscv64")


def command(memory, *more):
    return [find(), "-machine", "virt,memory-backend=ram", "-m", str(MEMORY >> 20),
            "-object", f"memory-backend-file,id=ram,size={MEMORY >> 20}M,share=on,mem-path={memory}", "-cpu", CPU,
            # Room for a second hart makes QEMU execute atomics as such: their faults are those of a store, not of a load.
            "-smp", "1,maxcpus=2", "-bios", "none", "-display", "none", "-monitor", "none", "-serial", "none", *more]


def start(image, memory):
    """Starts QEMU on `image`; its memory is the file `memory`."""
    with open(memory, "wb") as file:
        file.write(image)
        file.truncate(MEMORY)
    return subprocess.Popen(command(memory), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE)


def stop(process):
    process.kill()
    process.wait()


def finish(process, memory, seconds=60):
    """Waits for the end; RAM as it is then."""
    try:
        _, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        stop(process)
        raise TimeoutError("QEMU did not come to an end") from None
    if process.returncode:
        raise RuntimeError(f"QEMU ended with {process.returncode}: {errors.decode().strip()}")
    with open(memory, "rb") as file:
        result = file.read(layout.RAM_BYTES)
    os.unlink(memory)
    return result
