# A stack, a timer interrupt every millisecond of mtime, and then the program: on any chip with a CLINT where
# QEMU's machine "virt" has it. a1 is what the boot ROM leaves there.
  .equ mtimecmp, 0x02004000
  .equ mtime, 0x0200BFF8
  .equ period, 10000  # of mtime, which counts at 10 MHz

  .section .text.start, "ax"
  .globl _start
_start:
  la sp, stack_top
  la t0, handler
  csrw mtvec, t0
  mv s1, a1
  call restart_timer
  li t0, 0x80
  csrw mie, t0
  csrsi mstatus, 8
  call benchmark
  csrci mstatus, 8
  mv a1, a0
  lw a2, timer_interrupts
  mv a0, s1
  call report
1:
  wfi
  j 1b

# Sets the next interrupt. Uses t0 and t1.
restart_timer:
  li t0, mtime
  ld t0, 0(t0)
  li t1, period
  add t0, t0, t1
  li t1, mtimecmp
  sd t0, 0(t1)
  ret

# Every interrupt is the timer's.
  .align 2
handler:
  addi sp, sp, -32
  sd t0, 0(sp)
  sd t1, 8(sp)
  sd ra, 16(sp)
  call restart_timer
  la t0, timer_interrupts
  lw t1, 0(t0)
  addi t1, t1, 1
  sw t1, 0(t0)
  ld t0, 0(sp)
  ld t1, 8(sp)
  ld ra, 16(sp)
  addi sp, sp, 32
  mret

  .bss
  .align 3
timer_interrupts:
  .space 8
  .align 12
  .space 4096
stack_top:
