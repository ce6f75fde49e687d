// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

/// What QEMU 7.2 and later offer to a plugin, as far as it is used here:
/// Debian ships no header for it. [qemu docs/devel/tcg-plugins]
extern "C" {

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;
struct qemu_info_t;

using qemu_plugin_id_t = uint64_t;

/// How much of the processor's state a callback may touch.
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

/// Which accesses to memory a callback is for.
enum qemu_plugin_mem_rw {
  QEMU_PLUGIN_MEM_R = 1,
  QEMU_PLUGIN_MEM_W,
  QEMU_PLUGIN_MEM_RW,
};

/// Describes an access to memory.
using qemu_plugin_meminfo_t = uint32_t;

size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb* tb);
uint64_t qemu_plugin_tb_vaddr(const qemu_plugin_tb* tb);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb* tb,
                                          size_t index);
const void* qemu_plugin_insn_data(const qemu_plugin_insn* insn);
size_t qemu_plugin_insn_size(const qemu_plugin_insn* insn);

void qemu_plugin_register_vcpu_tb_trans_cb(
    qemu_plugin_id_t id,
    void (*callback)(qemu_plugin_id_t id, qemu_plugin_tb* tb));
void qemu_plugin_register_vcpu_tb_exec_cb(qemu_plugin_tb* tb,
                                          void (*callback)(unsigned vcpu,
                                                           void* data),
                                          qemu_plugin_cb_flags flags,
                                          void* data);
void qemu_plugin_register_vcpu_mem_cb(
    qemu_plugin_insn* insn,
    void (*callback)(unsigned vcpu,
                     qemu_plugin_meminfo_t info,
                     uint64_t address,
                     void* data),
    qemu_plugin_cb_flags flags,
    qemu_plugin_mem_rw which,
    void* data);
/// Only within such a callback; null if unknown.
qemu_plugin_hwaddr* qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t info,
                                           uint64_t address);
bool qemu_plugin_hwaddr_is_io(const qemu_plugin_hwaddr* address);
/// Writes to QEMU's log, of what `-d plugin` enables.
void qemu_plugin_outs(const char* text);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id,
                                    void (*callback)(qemu_plugin_id_t id,
                                                     void* data),
                                    void* data);

}  // extern "C"
