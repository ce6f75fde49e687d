/* SPDX-License-Identifier: Apache-2.0 */

/* What the processor itself can do to end a machine. */

  .text

  /* An exception that cannot be delivered, as the interrupt table is empty.
     [sdm 3A 6.15] */
  .globl flint_runtime_triple_fault
  .hidden flint_runtime_triple_fault
  .type flint_runtime_triple_fault, @function
flint_runtime_triple_fault:
  pushq $0
  pushq $0
  lidt (%rsp)
  int3
  .size flint_runtime_triple_fault, . - flint_runtime_triple_fault

  .globl flint_runtime_halt
  .hidden flint_runtime_halt
  .type flint_runtime_halt, @function
flint_runtime_halt:
  cli
  hlt
  jmp flint_runtime_halt
  .size flint_runtime_halt, . - flint_runtime_halt
