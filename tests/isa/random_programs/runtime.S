// What every random program has in common: the way from scene to scene and from iteration to iteration. An iteration
// loads registers, some of them anew from the scene's pool of operands, calls one of the scene's set-ups (CSRs, PMP,
// page table), enters the scene's code in a mode of the set-up's choice, and ends in a checkpoint: a hash over all
// registers and CSRs.
#define CLINT 0x2000000
#include "handlers.S"

  .section .text.start, "ax"
  .globl _start
_start:
  lla t0, nothing_there
  csrw mtvec, t0
  li t0, CLINT + 0x4000 // no timer interrupt, ever
  li t1, -1
  sd t1, 0(t0)
  .balign 4
nothing_there:
  lla t0, m_vector
  csrw mtvec, t0
  csrw mie, zero
  csrw satp, zero
  li sp, CONTROL
  csrw mscratch, sp
  li t0, CONTROL + SUPERVISOR
  csrw sscratch, t0
  // Entry 15 of the PMP lets everybody at everything; the set-ups use those before it.
  li t0, 0x3FFFFFFFFFFFFF
  csrw pmpaddr15, t0
  li t0, 0x1F << 56
  csrw pmpcfg2, t0
  li t0, 0x9E3779B97F4A7C15
  sd t0, C_MULTIPLIER(sp)
  li t0, CHECKPOINTS
  sd t0, C_CHECKPOINT(sp)
  li t0, -1
  sd t0, C_SCENE(sp)
  j next_scene

  .text
  vector m
  handler m, 0
  vector s
  handler s, SUPERVISOR

next_scene:
  ld s0, C_SCENE(sp)
  addi s0, s0, 1
  sd s0, C_SCENE(sp)
  li t0, SCENE_COUNT
  ld t0, 0(t0)
  bgeu s0, t0, finish
  li t0, DESCRIPTOR_BYTES
  mul t0, t0, s0
  li s1, DESCRIPTORS
  add s1, s1, t0
  sd s1, C_DESCRIPTOR(sp)
  ld t0, D_PHYSICAL(s1)
  sd t0, C_PHYSICAL(sp)
  ld t0, D_USER(s1)
  sd t0, C_USER(sp)
  ld t0, D_END(s1)
  sd t0, C_END(sp)
  ld t0, D_TABLE(s1)
  sd t0, C_TABLE(sp)
  ld t0, D_START(s1)
  sd t0, C_START(sp)
  ld t0, D_BREAK_MODE(s1)
  sd t0, C_BREAK_MODE(sp)
  ld t0, D_ITERATIONS(s1)
  sd t0, C_ITERATIONS(sp)
  // Nothing is left of the scene before.
  ld t0, D_SEED(s1)
  sd t0, C_RANDOM(sp)
  sd t0, C_HASH(sp)
  addi t0, sp, SAVED_CSRS
1:
  addi t0, t0, -8
  sd zero, 0(t0)
  bne t0, sp, 1b
  .irp name,mepc,mcause,mtval,sepc,scause,stval,menvcfg,senvcfg
  csrw \name, zero
  .endr

iterate:
  ld t0, C_ITERATIONS(sp)
  beqz t0, next_scene
  addi t0, t0, -1
  sd t0, C_ITERATIONS(sp)
  ld s1, C_DESCRIPTOR(sp)
  ld t0, D_BUDGET(s1)
  sd t0, C_BUDGET(sp)
  ld t0, D_REPEATS(s1)
  sd t0, C_REPEATS(sp)
  ld s2, C_RANDOM(sp)
  // New operands for some of the x and f registers.
  ld s3, D_POOL(s1)
  li s4, 24
1:
  call draw
  andi t0, s2, 0x1F8
  add t0, t0, sp
  srli t1, s2, 18
  andi t1, t1, 1023
  slli t1, t1, 3
  add t1, t1, s3
  ld t1, 0(t1)
  sd t1, 0(t0)
  addi s4, s4, -1
  bnez s4, 1b
  // Rounding mode and floating-point registers.
  li t0, 0x6000
  csrs mstatus, t0
  call draw
  andi t0, s2, 7
  add t0, t0, s1
  lbu t0, D_ROUNDING(t0)
  fscsr t0
  .irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  fld f\n, SAVED_F + 8 * \n(sp)
  .endr
  // The set-up; it returns eight modes to choose from in a0.
  srli t0, s2, 8
  andi t0, t0, 3
  slli t0, t0, 3
  add t0, t0, s1
  ld t0, D_SETUPS(t0)
  jalr t0
  srli t0, s2, 16
  andi t0, t0, 7
  slli t0, t0, 3
  srl a0, a0, t0
  andi a0, a0, 3
  li t0, 0x21800
  csrc mstatus, t0
  slli t0, a0, 11
  csrs mstatus, t0
  // Which alias of the code, and which class of pointers: 0 physical, 1 S translated, 2 U translated.
  ld t2, D_PHYSICAL(s1)
  li t3, 0
  li t0, 3
  beq a0, t0, 2f
  csrr t0, satp
  beqz t0, 2f
  li t3, 1
  bnez a0, 2f
  li t3, 2
  ld t2, D_USER(s1)
2:
  ld t0, D_START(s1)
  add t2, t2, t0
  csrw mepc, t2
  slli t3, t3, 5
  add t3, t3, s1
  srli t0, s2, 24
  andi t0, t0, 0x18
  add t0, t0, t3
  ld t1, D_STACK_POINTERS(t0)
  sd t1, 8*2(sp)
  srli t0, s2, 28
  andi t0, t0, 0x18
  add t0, t0, t3
  ld t1, D_DATA_POINTERS(t0)
  ld t2, D_SLOT_DATA(s1)
  add t2, t2, sp
  sd t1, 0(t2)
  srli t0, s2, 32
  andi t0, t0, 0x18
  add t0, t0, t3
  ld t1, D_POOL_POINTERS(t0)
  ld t2, D_SLOT_POOL(s1)
  add t2, t2, sp
  sd t1, 0(t2)
  call draw
  sd s2, C_RANDOM(sp)
  addi t0, sp, C_DUMMY
  sc.w t0, t0, (t0)
  .irp n,1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  ld x\n, 8 * \n(sp)
  .endr
  ld sp, 8*2(sp)
  mret

// The next random number, in s2; changes t0.
draw:
  slli t0, s2, 13
  xor s2, s2, t0
  srli t0, s2, 7
  xor s2, s2, t0
  slli t0, s2, 17
  xor s2, s2, t0
  ret

// In M mode; sp is the control block, and the handler has saved what it uses.
iteration_end:
  .irp n,1,3,4,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  sd x\n, 8 * \n(sp)
  .endr
  csrr t0, mscratch
  sd t0, 8*2(sp)
  csrw mscratch, sp
  .set n, 0
  .macro save_csrs first:req, rest:vararg
  csrr t0, \first
  sd t0, SAVED_CSRS + 8 * n(sp)
  .set n, n + 1
  .ifnb \rest
  save_csrs \rest
  .endif
  .endm
  // In the order of saved_csrs in layout.py.
  save_csrs mstatus, sstatus, medeleg, mideleg, mie, sie, mip, sip, mtvec, stvec, sscratch, mepc, sepc, mcause, scause
  save_csrs mtval, stval, satp, mcounteren, scounteren, misa, mhartid, mcountinhibit, menvcfg, senvcfg
  save_csrs pmpcfg0, pmpcfg2
  save_csrs pmpaddr0, pmpaddr1, pmpaddr2, pmpaddr3, pmpaddr4, pmpaddr5, pmpaddr6, pmpaddr7
  save_csrs pmpaddr8, pmpaddr9, pmpaddr10, pmpaddr11, pmpaddr12, pmpaddr13, pmpaddr14, pmpaddr15
  li t0, 0x6000
  csrs mstatus, t0
  save_csrs fcsr
  .irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  fsd f\n, SAVED_F + 8 * \n(sp)
  .endr
  sd zero, 0(sp) // operands may have been put there
  // All of it, and the hash of the traps so far, into one number.
  mv s0, sp
  addi s1, sp, SAVED_CSRS + 8 * n
  ld a0, C_HASH(sp)
  ld a1, C_MULTIPLIER(sp)
1:
  ld t0, 0(s0)
  xor a0, a0, t0
  mul a0, a0, a1
  srli t0, a0, 29
  xor a0, a0, t0
  addi s0, s0, 8
  bltu s0, s1, 1b
  ld t0, C_CHECKPOINT(sp)
  sd a0, 0(t0)
  addi t0, t0, 8
  li t1, CHECKPOINTS + CHECKPOINTS_BYTES
  bltu t0, t1, 2f
  li t0, CHECKPOINTS
2:
  sd t0, C_CHECKPOINT(sp)
  j iterate

finish:
  li t0, 0x100000
  li t1, 0x5555
  sw t1, 0(t0)
  j .
