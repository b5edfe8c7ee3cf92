# Where the boot ROM jumps to: a0 = mhartid, a1 = address of the boot info.
# Hart 0 runs firmware_main(boot info) on its stack; other harts sleep.

  .section .text.start, "ax"
  .globl _start
  .cfi_sections .debug_frame
_start:
  .cfi_startproc
  .cfi_undefined ra  # debuggers: nobody has called this
  csrw mie, zero
  csrci mstatus, 8
  la t0, trap_entry
  csrw mtvec, t0
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  bnez a0, park

  la sp, __stack_top
  la t0, __trap_stack_top
  csrw mscratch, t0

  la t0, __bss_begin
  la t1, __bss_end
1:
  bgeu t0, t1, 2f
  sd zero, (t0)
  addi t0, t0, 8
  j 1b
2:
  mv a0, a1
  call firmware_main
  call system_exit

park:
  wfi
  j park
  .cfi_endproc

# Every trap: the caller-saved registers go to the trap stack, so that an overflowing stack can still report.
  .align 2
trap_entry:
  csrrw sp, mscratch, sp
  addi sp, sp, -128
  sd ra, 0(sp)
  sd t0, 8(sp)
  sd t1, 16(sp)
  sd t2, 24(sp)
  sd t3, 32(sp)
  sd t4, 40(sp)
  sd t5, 48(sp)
  sd t6, 56(sp)
  sd a0, 64(sp)
  sd a1, 72(sp)
  sd a2, 80(sp)
  sd a3, 88(sp)
  sd a4, 96(sp)
  sd a5, 104(sp)
  sd a6, 112(sp)
  sd a7, 120(sp)
  csrr a0, mcause
  csrr a1, mepc
  csrr a2, mtval
  call trap_handle
  ld ra, 0(sp)
  ld t0, 8(sp)
  ld t1, 16(sp)
  ld t2, 24(sp)
  ld t3, 32(sp)
  ld t4, 40(sp)
  ld t5, 48(sp)
  ld t6, 56(sp)
  ld a0, 64(sp)
  ld a1, 72(sp)
  ld a2, 80(sp)
  ld a3, 88(sp)
  ld a4, 96(sp)
  ld a5, 104(sp)
  ld a6, 112(sp)
  ld a7, 120(sp)
  addi sp, sp, 128
  csrrw sp, mscratch, sp
  mret
