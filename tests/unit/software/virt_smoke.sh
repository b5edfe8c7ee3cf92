#!/bin/bash
# Runs virt_smoke.elf on QEMU and compares what it says and how it ends.
# Exit code 77: skipped. Usage: virt_smoke.sh ELF
elf=$1
if ! command -v qemu-system-riscv64 >/dev/null; then
  echo "SKIPPED: qemu-system-riscv64 is not installed"
  exit 77
fi
set -o pipefail
output=$(timeout 30 qemu-system-riscv64 -machine virt -m 64 -bios none -nographic \
  -device "loader,file=$elf,cpu-num=0" </dev/null | tr -d '\r')
status=$?
begin="smoke [-42] [    7] [5   ] [00ab] [1122334455667788] [abc   ] [xy] [q] 100%
$(for n in $(seq 0 99); do printf '%4d more than the ring holds\n' "$n"; done)
external interrupt taken
timer interrupt taken
trap: illegal instruction: mcause 2, mepc 0x8000"
end=', mtval 0x0'
printf '%s\nexit code %d\n' "$output" $status
case $output in
"$begin"*"$end"*) ;;
*)
  printf 'expected:\n%s...%s...\n' "$begin" "$end"
  exit 1
  ;;
esac
# 100 + the cause of an illegal instruction
if [ $status -ne 102 ]; then
  echo "expected exit code 102"
  exit 1
fi
