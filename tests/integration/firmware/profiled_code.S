# Functions whose instructions can be counted by hand, for tests/integration/profile_test.py. They clobber what a
# call may clobber, and nothing else.

  .text
  .option norelax

  .macro function name
  .align 3
  .globl \name
  .type \name, @function
\name:
  .endm
  .macro end name
  .size \name, . - \name
  .endm

# worked_loop(n): 2 n + 1 instructions, 3 (n - 1) + 1 cycles of branches
function worked_loop
1:
  addi a0, a0, -1
  bnez a0, 1b
  ret
end worked_loop

# worked_recursion(n): calls itself n deep; 8 instructions a level, 2 in the last
function worked_recursion
  beqz a0, 1f
  addi sp, sp, -16
  sd ra, 8(sp)
  addi a0, a0, -1
  jal ra, worked_recursion
  ld ra, 8(sp)
  addi sp, sp, 16
1:
  ret
end worked_recursion

# worked_tail(n): 2 instructions, then worked_loop(n + 1) instead of a return
function worked_tail
  addi a0, a0, 1
  jal zero, worked_loop
end worked_tail

# worked_pointer(n, function): 7 instructions around function(n), which is called with the other link register
function worked_pointer
  addi sp, sp, -16
  sd ra, 8(sp)
  jalr ra, 0(a1)
  jal t0, worked_millicode
  ld ra, 8(sp)
  addi sp, sp, 16
  ret
end worked_pointer

# worked_millicode: 2 instructions, back by t0
function worked_millicode
  nop
  jr t0
end worked_millicode

# worked_trap: traps and goes on; 5 instructions, as ECALL does not retire, and 4 of the handler
function worked_trap
  lla t1, worked_handler
  csrrw t1, mtvec, t1
  ecall
  csrw mtvec, t1
  ret
end worked_trap

function worked_handler
  csrr t0, mepc
  addi t0, t0, 4
  csrw mepc, t0
  mret
end worked_handler

# worked_switch(old, new): saves this task's stack pointer, goes on with another's; 7 instructions
function worked_switch
  addi sp, sp, -16
  sd ra, 8(sp)
  sd sp, 0(a0)
  mv sp, a1
  ld ra, 8(sp)
  addi sp, sp, 16
  ret
end worked_switch

# worked_task: a task that calls worked_loop(10), gives way, and so on for ever; 7 instructions a round. It finds
# the other's stack pointer in worked_stacks[0] and leaves its own in worked_stacks[1].
function worked_task
1:
  li a0, 10
  jal ra, worked_loop
  lla t1, worked_stacks
  addi a0, t1, 8
  ld a1, 0(t1)
  jal ra, worked_switch
  j 1b
end worked_task
