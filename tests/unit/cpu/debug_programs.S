# A loop with stores, loads, device accesses, calls, timer interrupts and sleep. Results go to 0x80100000 and up:
# 0 the counter, 8 what is only read, 16 interrupts taken, 24 and up the times read from a device.
  .option norelax
  .option norvc
  .section .text.start, "ax"

  la t0, handler
  csrw mtvec, t0
  li t0, 0x80
  csrw mie, t0
  li s0, 0x80100000
  li s1, 0x02000008      # the alarm
  li s2, 0x02000010      # the time
  addi s3, s0, 24
  li s4, 200             # rounds
  li a0, 0
  csrsi mstatus, 8
  j loop

  .org 0x100
loop:
  addi a0, a0, 1
  sd a0, 0(s0)           # 0x104
  ld a1, 8(s0)           # 0x108
  mul a2, a0, a0
  andi t1, a0, 7
  bnez t1, 1f
  ld t2, 0(s2)
  sd t2, 0(s3)
  addi s3, s3, 8
1:
  andi t1, a0, 31
  bnez t1, 2f
  li t2, 300
  sd t2, 0(s1)
  wfi
2:
  call long_block
  amoadd.d t3, a0, (s5)
  blt a0, s4, loop
3:
  wfi
  j 3b

# More instructions than one block holds.
long_block:
  addi s5, s0, 2040
  .rept 150
  addi t4, t4, 3
  xor t5, t5, t4
  .endr
  ret

  .align 2
handler:
  csrw mscratch, t0
  sd zero, 0(s1)
  ld t0, 16(s0)
  addi t0, t0, 1
  sd t0, 16(s0)
  csrr t0, mscratch
  mret
