# Programs of supervisor mode for hart_supervisor_test.cpp: one each 4 KiB, started at its own reset vector; results
# go to 0x80100000 and up, through s0. Page tables are at 0x80200000 (root), 0x80201000 and 0x80202000.
  .option norelax
  .section .text.start, "ax"

  .macro program number
  .org \number * 0x1000
  li s0, 0x80100000
  la t0, record
  csrw mtvec, t0
  li t0, -1
  csrw pmpaddr15, t0       # all of memory, unless an earlier entry says otherwise
  li t0, 0x1F << 56
  csrw pmpcfg2, t0
  .endm
  .macro result register
  sd \register, 0(s0)
  addi s0, s0, 8
  .endm
  # One instruction that may trap: cause and value become results, execution goes on behind it.
  .macro trapping code:vararg
  la s11, 9f
  \code
9:
  .endm
  .macro to_supervisor
  li t0, 1 << 11
  csrs mstatus, t0
  la t0, 1f
  csrw mepc, t0
  mret
1:
  .endm
  # Root entry `index` := gigabyte `page` of 2^18 pages, with these bits
  .macro gigapage index page bits
  li t0, 0x80200000 + 8 * \index
  li t1, (\page << 28) | \bits
  sd t1, 0(t0)
  .endm
  .macro translate
  li t0, 8 << 60 | 0x80200
  csrw satp, t0
  sfence.vma
  .endm
  .macro stop
1: wfi
  j 1b
  .endm

# 0: misaligned accesses trap.
  program 0
  li a0, 0x80180000
  li a1, 0x1122334455667788
  sd a1, 0(a0)
  sd a1, 8(a0)
  trapping lh a2, 1(a0)
  trapping lwu a2, 2(a0)
  trapping ld a2, 4(a0)
  trapping sh a1, 3(a0)
  trapping c.sd a1, 8(a0)   # aligned
  trapping sd a1, 12(a0)
  lbu a2, 7(a0)
  result a2
  stop

# 1: pages without A and D fault, and software sets them.
  program 1
  gigapage 2, 2, 0xCF
  gigapage 4, 2, 0x07
  translate
  to_supervisor
  li a0, 0x100180000
  trapping ld a1, 0(a0)
  ecall                     # back in machine mode: sets A
  trapping ld a1, 0(a0)
  trapping sd a0, 0(a0)
  trapping ecall            # sets D
  sd a0, 0(a0)
  ld a1, 0(a0)
  result a1
  stop

# 2: an instruction across two pages, and a jump from one page to the other, whose second page changes.
  program 2
  gigapage 2, 2, 0xCF
  li t0, 0x80200000 + 8 * 5
  li t1, 0x80201 << 10 | 1
  sd t1, 0(t0)
  li t0, 0x80201000
  li t1, 0x80202 << 10 | 1
  sd t1, 0(t0)
  li s1, 0x80202000
  li t1, 0x80210 << 10 | 0xCF
  sd t1, 0(s1)
  li t1, 0x80220 << 10 | 0xCF
  sd t1, 8(s1)
  li t0, 0x80210000 + 0xFFE
  li t1, 0x0513
  sh t1, 0(t0)              # first half of addi a0, zero, n
  li t0, 0x80210000 + 0x800
  la t2, jump_over
  lw t1, 0(t2)
  sw t1, 0(t0)
  li t0, 0x80220000
  li t1, 0x808200B0         # n = 11, ret
  sw t1, 0(t0)
  li t1, 0x452D             # c.li a0, 11
  sh t1, 4(t0)
  li t1, 0x8082
  sh t1, 6(t0)
  li t0, 0x80230000
  li t1, 0x80820160         # n = 22, ret
  sw t1, 0(t0)
  li t1, 0x4559             # c.li a0, 22
  sh t1, 4(t0)
  li t1, 0x8082
  sh t1, 6(t0)
  fence.i
  translate
  to_supervisor
  li s2, 0x140000FFE
  li s3, 0x140000800
  li s4, 3
2: jalr s2
  result a0
  jalr s3
  result a0
  addi s4, s4, -1
  bnez s4, 2b
  li t1, 0x80230 << 10 | 0xCF
  sd t1, 8(s1)
  sfence.vma
  li s4, 3
3: jalr s2
  result a0
  jalr s3
  result a0
  addi s4, s4, -1
  bnez s4, 3b
  stop
jump_over:
  j jump_over + 0x804

# 3: protection that divides a page, of supervisor mode only.
  program 3
  la t0, forbidden
  srli t0, t0, 2
  csrw pmpaddr0, t0
  li t0, 0x10               # four bytes, no access
  csrw pmpcfg0, t0
  la a0, forbidden
  lw a1, 0(a0)              # machine mode is not bound
  result a1
  to_supervisor
  la a0, forbidden
  trapping lw a1, 0(a0)
  trapping lw a1, -4(a0)
  trapping ld a1, -4(a0)
  trapping sw a1, 0(a0)
  trapping jr a0
  trapping j before_forbidden
  stop
  .balign 16
before_forbidden:
  li a2, 5
  result a2
  nop
  .balign 4
forbidden:
  .word 0x00000013
  stop

# Machine mode's handler of all: results are mcause and mtval. Goes on at s11, or behind an ecall, in the mode it came
# from, with A and D set in the page of program 1.
  .org 0x4000
record:
  csrr t0, mcause
  result t0
  csrr t0, mtval
  result t0
  csrr t0, mcause
  li t1, 9
  bne t0, t1, 4f
  li t0, 0x80200000 + 8 * 4
  ld t1, 0(t0)
  andi t2, t1, 0x40
  ori t1, t1, 0x40
  beqz t2, 5f
  ori t1, t1, 0x80
5: sd t1, 0(t0)
  sfence.vma
  csrr t0, mepc
  addi t0, t0, 4
  csrw mepc, t0
  mret
4: csrw mepc, s11
  mret
