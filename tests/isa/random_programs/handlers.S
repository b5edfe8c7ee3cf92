// The trap handlers of M and of S mode: one text, assembled for each. A handler logs cause, value, pc and status, folds
// them into a hash, and goes on behind the instruction that trapped, by a table that the generator made, since it could
// not always read the instruction itself. After a fetch fault it goes on at the right alias of the code or, if that is
// where it was, on the next page. Each iteration has a budget of traps; when it is used up, the iteration ends.
#include "layout.h"

.macro shared_load register, field, base
  ld \register, (\field - \base)(sp)
.endm
.macro shared_store register, field, base
  sd \register, (\field - \base)(sp)
.endm

.macro save_some
  sd t1, 8*6(sp)
  sd t2, 8*7(sp)
  sd s0, 8*8(sp)
  sd s1, 8*9(sp)
  sd a0, 8*10(sp)
  sd a1, 8*11(sp)
.endm
.macro restore_some
  ld t0, 8*5(sp)
  ld t1, 8*6(sp)
  ld t2, 8*7(sp)
  ld s0, 8*8(sp)
  ld s1, 8*9(sp)
  ld a0, 8*10(sp)
  ld a1, 8*11(sp)
.endm

// A vector of entries, each telling the common part which it was; entry 0 also serves direct mode.
.macro vector p
  .balign 256
\p\()_vector:
  .set entry, 0
  .rept 16
  .option push
  .option norvc
  j \p\()_entries + 16 * entry
  .option pop
  .set entry, entry + 1
  .endr
  .balign 16
\p\()_entries:
  .set entry, 0
  .rept 16
  .option push
  .option norvc
  csrrw sp, \p\()scratch, sp
  sd t0, 8*5(sp)
  li t0, entry
  j \p\()_common
  .option pop
  .set entry, entry + 1
  .endr
.endm

.macro handler p, base
\p\()_common:
  save_some
  csrr t1, \p\()cause
  csrr t2, \p\()epc
  csrr s0, \p\()tval
  csrr s1, \p\()status
  slli t0, t0, 40
  xor a0, s1, t0
  // The value of a breakpoint is 0 or its address, as the implementation chooses.
  li a1, 3
  bne t1, a1, 8f
  xor t0, s0, t2
  snez t0, t0
  neg t0, t0
  and s0, s0, t0
  csrw \p\()tval, s0
8:
  // log
  shared_load a1, C_LOG, \base
  addi a1, a1, 32
  shared_store a1, C_LOG, \base
  slli a1, a1, 48
  srli a1, a1, 48
  li t0, LOG
  add t0, t0, a1
  sd t1, 0(t0)
  sd s0, 8(t0)
  sd t2, 16(t0)
  sd a0, 24(t0)
  // hash
  shared_load a1, C_HASH, \base
  shared_load t0, C_MULTIPLIER, \base
  xor a1, a1, t1
  mul a1, a1, t0
  xor a1, a1, s0
  mul a1, a1, t0
  xor a1, a1, t2
  mul a1, a1, t0
  xor a1, a1, a0
  mul a1, a1, t0
  srli a0, a1, 31
  xor a1, a1, a0
  shared_store a1, C_HASH, \base
  // The mode it came from, in a0; its count, by handler, interrupt or not, cause and mode.
  .ifc \p, m
  slli a0, s1, 51
  srli a0, a0, 62
  .else
  slli a0, s1, 55
  srli a0, a0, 63
  .endif
  srli t0, t1, 63
  slli t0, t0, 4
  add t0, t0, t1
  andi t0, t0, 31
  slli t0, t0, 2
  add t0, t0, a0
  slli t0, t0, 3
  .ifc \p, m
  li a1, COUNTS
  .else
  li a1, COUNTS + 1024
  .endif
  add t0, t0, a1
  ld a1, 0(t0)
  addi a1, a1, 1
  sd a1, 0(t0)
  // budget
  shared_load a1, C_BUDGET, \base
  addi a1, a1, -1
  shared_store a1, C_BUDGET, \base
  bltz a1, \p\()_end
  bltz t1, \p\()_interrupt
  // In which window of the code?
  lui t0, 0xFFFF0
  and s1, t2, t0
  shared_load a1, C_PHYSICAL, \base
  beq s1, a1, \p\()_inside
  shared_load a1, C_USER, \base
  beq s1, a1, \p\()_inside
  // Neither: a wild jump, whose link is in ra.
  .ifc \p, m
  lla a1, s_return
  beq t2, a1, m_permit_return
  .endif
  li a1, 12
  beq t1, a1, 11f
  li a1, 1
  bltu a1, t1, \p\()_end // no fetch fault: s_escape is among these
11:
  mv t2, ra
  and s1, t2, t0
  slli t2, t2, 48
  srli t2, t2, 48
  shared_load a1, C_PHYSICAL, \base
  beq s1, a1, 7f
  shared_load a1, C_USER, \base
  bne s1, a1, \p\()_end
7:
  shared_load a1, C_TABLE, \base
  add a1, a1, t2
  lhu a1, 0(a1)
  andi a1, a1, 1 // marks where a wild jump may come back to
  bnez a1, \p\()_resume
  j \p\()_end

\p\()_inside:
  slli t2, t2, 48
  srli t2, t2, 48
  li a1, 1
  bgeu a1, t1, \p\()_fetch
  li a1, 12
  beq t1, a1, \p\()_fetch
  .ifc \p, m
  li a1, 3
  bne t1, a1, 10f
  shared_load a0, C_BREAK_MODE, \base // a breakpoint asks for the scene's highest mode
10:
  .endif
  li a1, 11
  bltu a1, t1, \p\()_skip
  li a1, 8
  bltu t1, a1, \p\()_skip
  // A call: the end of the code, which may be entered again, or M mode is asked for another mode.
  shared_load a1, C_END, \base
  bne t2, a1, 9f
  shared_load a1, C_REPEATS, \base
  addi a1, a1, -1
  shared_store a1, C_REPEATS, \base
  beqz a1, \p\()_end
  shared_load t2, C_START, \base
  j \p\()_resume
9:
  .ifc \p, m
  shared_load a1, C_LOG, \base
  srli a1, a1, 5
  andi a1, a1, 15
  shared_load t0, C_DESCRIPTOR, \base
  add t0, t0, a1
  lbu a0, D_CALL_MODES(t0)
  .endif
\p\()_skip:
  .ifc \p, m
  li a1, 2
  bne t1, a1, 1f
  sfence.vma // may be what was skipped
1:
  .endif
  shared_load t0, C_TABLE, \base // two bytes for each two bytes of code
  add t0, t0, t2
  lhu t2, 0(t0)
  andi t2, t2, -2
  beqz t2, \p\()_end
\p\()_resume:
  // At offset t2, in mode a0, in the alias that the mode can execute.
  shared_load a1, C_PHYSICAL, \base
  .ifc \p, m
  bnez a0, 2f
  csrr t0, satp
  beqz t0, 2f
  shared_load a1, C_USER, \base
2:
  li t0, 0x21800 // MPRV, which QEMU 7.2 does not clear on the way to a lower mode, and MPP
  csrc mstatus, t0
  slli t0, a0, 11
  csrs mstatus, t0
  .else
  bnez a0, 2f
  mv a1, s1
2:
  .endif
  add a1, a1, t2
  csrw \p\()epc, a1
\p\()_leave:
  addi t0, sp, C_DUMMY - \base
  sc.w t0, t0, (t0) // no reservation outlives a trap
  restore_some
  csrrw sp, \p\()scratch, sp
\p\()_return:
  \p\()ret

  .ifc \p, m
m_permit_return: // S mode's handler must be able to return
  li t0, 1 << 22
  csrc mstatus, t0
  j m_leave
  .endif

\p\()_fetch:
  fence.i // may be what is skipped now
  .ifc \p, m
  shared_load a1, C_PHYSICAL, \base
  bnez a0, 3f
  csrr t0, satp
  beqz t0, 3f
  shared_load a1, C_USER, \base
3:
  .else
  shared_load a1, C_PHYSICAL, \base
  bnez a0, 3f
  mv a1, s1
  li t0, 12
  bne t1, t0, 3f
  shared_load a1, C_USER, \base
3:
  .endif
  bne s1, a1, 4f
  // The right alias cannot be executed here: on to the next page.
  shared_load t0, C_DESCRIPTOR, \base
  slli t2, s0, 48
  srli t2, t2, 60
  slli t2, t2, 1
  add t0, t0, t2
  lhu t2, D_PAGE_RESUME(t0)
  beqz t2, \p\()_end
4:
  mv s1, a1
  j \p\()_resume

\p\()_interrupt:
  li t0, 1
  sll t0, t0, t1
  csrc \p\()ip, t0
  .ifc \p, s
  andi t1, t1, 15
  li a1, 1
  beq t1, a1, 5f
  csrc sie, t0 // S mode cannot clear the pending bit of a timer or external interrupt
5:
  .else
  andi t1, t1, 15
  li a1, 3
  bne t1, a1, 5f
  li t0, CLINT
  sw zero, 0(t0)
6: // the line falls a little later
  csrr t0, mip
  andi t0, t0, 8
  bnez t0, 6b
5:
  .endif
  j \p\()_leave

\p\()_end:
  .ifc \p, m
  j iteration_end
  .else
  restore_some
  csrrw sp, sscratch, sp
s_escape:
  ecall
  .endif
.endm
