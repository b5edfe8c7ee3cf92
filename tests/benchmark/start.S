# A stack, a timer interrupt every 100 us, and then the program.
  .section .text.start, "ax"
  .globl _start
_start:
  la sp, stack_top
  la t0, handler
  csrw mtvec, t0
  li t1, 0x02000008
  li t0, 100000
  sd t0, 0(t1)
  li t0, 0x80
  csrw mie, t0
  csrsi mstatus, 8
  call body
  .align 2
handler:
  addi sp, sp, -16
  sd t0, 0(sp)
  sd t1, 8(sp)
  li t1, 0x02000008
  sd zero, 0(t1)
  li t0, 100000
  sd t0, 0(t1)
  ld t0, 0(sp)
  ld t1, 8(sp)
  addi sp, sp, 16
  mret
  .bss
  .align 12
  .space 4096
stack_top:
