# One program each 4 KiB, started at its own reset vector; results go to 0x80100000 and up, through s0.
  .option norelax
  .section .text.start, "ax"

  .macro program number
  .org \number * 0x1000
  li s0, 0x80100000
  .endm
  .macro result register
  sd \register, 0(s0)
  addi s0, s0, 8
  .endm
  .macro stop
1: wfi
  j 1b
  .endm

# 0: synchronous traps.
  program 0
  la t0, record
  csrw mtvec, t0
  .macro trapping code:vararg
  la s10, 8f
  la s11, 9f
8: \code
9:
  .endm
  li a0, 0x40000008      # nothing there
  li a1, 0x10000001      # a device, misaligned
  li a2, 0x80100801      # memory, misaligned
  li a3, 0x10000000      # a device
  trapping ld a4, 0(a0)
  trapping sw a4, 4(a0)
  trapping jr a0
  trapping lw a4, 0(a1)
  trapping sh a4, 0(a1)
  trapping amoadd.w a4, a4, (a2)
  trapping sc.d a4, a4, (a2)
  trapping lr.w a4, (a2)
  trapping amoadd.w a4, a4, (a3)
  trapping lr.w a4, (a3)
  trapping ebreak
  trapping csrr a4, 0x5c0
  csrr a4, mstatus
  result a4
  csrr a4, misa
  result a4
  stop
  .align 2
record:
  csrr t0, mcause
  result t0
  csrr t0, mtval
  result t0
  csrr t0, mepc
  sub t0, t0, s10
  result t0
  csrw mepc, s11
  mret

# 1: all three interrupts at once, vectored: external, software, timer. Each handler lowers its line.
  program 1
  la t0, vectors
  ori t0, t0, 1
  csrw mtvec, t0
  li a0, 0x02000000
  li a1, 7
  sw a1, 0(a0)
  li t0, 0x888
  csrw mie, t0
  csrr t0, mip
  result t0
  csrsi mstatus, 8
  li t1, 0x111
  result t1              # after all three
  stop
  .align 6
vectors:
  j .                    # synchronous
  .org vectors + 4 * 3
  j software_1
  .org vectors + 4 * 7
  j timer_1
  .org vectors + 4 * 11
  j external_1
software_1:
  andi a1, a1, ~1
  j handler_1
timer_1:
  andi a1, a1, ~2
  j handler_1
external_1:
  andi a1, a1, ~4
handler_1:
  sw a1, 0(a0)
  csrr t0, mcause
  result t0
  mret

# 2: WFI with interrupts off wakes at the alarm, 5 us after it was set, and goes on behind WFI.
  program 2
  li a0, 0x02000000
  li t0, 0x80
  csrw mie, t0
  ld a2, 16(a0)          # the time
  li t0, 5000
  sd t0, 8(a0)
  csrr a3, mcycle
  wfi
  csrr a4, mcycle
  ld a5, 16(a0)
  result a2
  result a5
  sub a4, a4, a3
  result a4
  sd zero, 8(a0)
  stop

# 3: a store into code, with FENCE.I and, into a block not running, without; data beside code stays data.
  program 3
  la a1, changing
  li a2, 0x00100513      # addi a0, x0, 1
  sw a2, 0(a1)
  fence.i
  call changing
  result a0
  li a2, 0x00200513      # addi a0, x0, 2
  sw a2, 0(a1)
  call changing
  result a0
  la a3, beside
  li a4, 77
  sd a4, 0(a3)
  ld a5, 0(a3)
  result a5
  call changing
  result a0
  stop
  .align 2
changing:
  li a0, 99
  .org changing + 4
  ret
  .align 3
beside: .dword 0

# 4: cycles and instructions, to be counted by hand. No compressed instructions, no other block ends.
  program 4
  .option push
  .option norvc
  csrr a0, mcycle
  csrr a1, mcycle        # 2 later: a CSR instruction
  csrr a2, minstret
  addi t0, zero, 5
  mul t1, t0, t0         # 1
  div t1, t1, t0         # 34
  sd t1, 0(s0)           # 1
  ld t1, 0(s0)           # 1
  csrr a3, mcycle
  csrr a4, minstret
  li t0, 10
5:
  addi t0, t0, -1
  bnez t0, 5b
  csrr a5, mcycle
  csrw minstret, zero
  csrr a6, minstret
  csrwi mcountinhibit, 5
  csrr s2, mcycle
  nop
  csrr s3, mcycle
  .option pop
  sub a1, a1, a0
  result a1
  sub t1, a3, a0
  result t1
  sub t1, a4, a2
  result t1
  sub t1, a5, a3
  result t1
  result a6
  sub s3, s3, s2
  result s3
  stop

# 5: calls a function for ever, whose code the test replaces.
  program 5
6: call replaced
  sd a0, 0(s0)
  j 6b
  .align 2
replaced:
  .option push
  .option norvc
  addi a0, zero, 11
  .option pop
  ret

# 6: a device sees the time: 99 instructions of one cycle after those of the macro, then a store.
  program 6
  .option push
  .option norvc
  lui a0, 0x10000
  .rept 98
  addi a1, zero, 65
  .endr
  sb a1, 0(a0)
  addi a1, zero, 66
  sb a1, 0(a0)
  .option pop
  stop

# 7: a loop without end, and an interrupt that notes the time at which it is taken.
  program 7
  la t0, note
  csrw mtvec, t0
  li t0, 0x800
  csrw mie, t0
  csrsi mstatus, 8
  li t3, 0x02000000
7: addi t1, t1, 1
  addi t2, t2, 3
  j 7b
  .align 2
note:
  ld t4, 16(t3)
  result t4
  sw zero, 0(t3)
  mret

# 8: code in memory without DMI: copies a function there and calls it.
  program 8
  la a0, moved
  li a1, 0x60000000
  ld a2, 0(a0)
  sd a2, 0(a1)
  ld a2, 8(a0)
  sd a2, 8(a1)
  li a0, 0
  li a3, 10
  jalr a1
  result a0
  stop
  .align 3
moved:
  addi a0, a0, 7
  addi a3, a3, -1
  bnez a3, moved
  ret
  .align 4

# 9: a long loop of additions, for the clock to be changed under it.
  program 9
  .align 3
9: addi t1, t1, 1
  j 9b

# 10: floating point, to be counted by hand, with an instruction that traps between others of its block.
  program 10
  .option push
  .option norvc
  la t0, 8f
  csrw mtvec, t0
  li t0, 0x6000
  csrs mstatus, t0
  csrwi frm, 5           # reserved: what rounds dynamically traps
  csrr a0, mcycle
  csrr a1, minstret
  fadd.d fa0, fa1, fa2, rne
  fsgnj.s fa0, fa1, fa2
  fmul.d fa0, fa1, fa2, rne
  fmadd.d fa0, fa1, fa2, fa3, rne
  fdiv.d fa0, fa1, fa2, rne
  fadd.d fa0, fa1, fa2, dyn
  fsqrt.s fa0, fa1, rne
  fmsub.s fa0, fa1, fa2, fa3, rne
  .align 2
8:
  csrr a2, mcycle
  csrr a3, minstret
  .option pop
  sub a2, a2, a0
  result a2
  sub a3, a3, a1
  result a3
  stop

# 11: loads and stores of both register files on a hart where misaligned ones trap, and by the bus.
  program 11
  la t0, record
  csrw mtvec, t0
  li t0, 0x6000
  csrs mstatus, t0
  li a0, 0x80100800
  trapping lh a1, 1(a0)
  trapping lwu a1, 2(a0)
  trapping ld a1, 4(a0)
  trapping flw fa1, 3(a0)
  trapping fld fa1, 4(a0)
  trapping sh a1, 3(a0)
  trapping sd a1, 1(a0)
  trapping fsw fa1, 6(a0)
  trapping fsd fa1, 2(a0)
  li a1, 1
  fcvt.d.l fa0, a1
  fsd fa0, 8(a0)         # aligned ones do not
  fld fa1, 8(a0)
  fcvt.l.d a1, fa1
  sd a1, 16(a0)
  lw a1, 16(a0)
  result a1
  li a2, 0x60000000      # by the bus
  fsd fa0, 8(a2)
  fld fa2, 8(a2)
  fmv.x.d a1, fa2
  result a1
  flw fa2, 12(a2)
  fmv.x.d a1, fa2
  result a1
  stop
  .org 0xC000
