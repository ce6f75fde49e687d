// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/clock/clock.h"
#include "drivers/virtio/transport.h"
#include "platforms/base/result.h"

/// The order in which a driver brings a device up [virtio-1.2 3.1.1], as
/// strict as Firecracker's devices are: status 0, 0x1, 0x3, features, 0xB,
/// queues, 0xF; nothing skipped, merged or repeated.
///
///     const uint64_t features = TRY(Negotiate(transport, clock, wanted));
///     ... read configuration, enable queues ...
///     TRY(MarkReady(transport));
///     ... use it ...
///     TRY(Reset(transport, clock));
///
/// Whoever gives up between the first two lines and the end calls `GiveUp`.
namespace flint::virtio {

/// How long a device may take to reset: long, since some first finish or
/// cancel what they are doing.
inline constexpr uint64_t kResetTimeoutNs = 5 * clock::kNanosecondsPerSecond;

/// Resets the device, and waits until it has: from then on it touches no
/// memory. kTimedOut if it never does.
Status Reset(Transport& transport, clock::Clock& clock);

/// Resets the device and agrees on features: those of `wanted` that it offers,
/// and those without which nothing works (VERSION_1, where the interface has
/// it, and ACCESS_PLATFORM, if the device insists on it). Returns them.
///
/// The device may be running when this is called: QEMU's firmware leaves disks
/// live. kTimedOut if it does not reset; kUnsupported if it lacks VERSION_1 or
/// refuses the features. On failure the device has been given up.
Result<uint64_t> Negotiate(Transport& transport,
                           clock::Clock& clock,
                           uint64_t wanted);

/// Starts the device: its queues are live. kDeviceError if it could not start;
/// the caller must then `Reset` it, since it has seen the queues.
Status MarkReady(Transport& transport);

/// True if the device still works: DRIVER_OK and no wish to be reset. One
/// register read.
bool IsRunning(Transport& transport);

/// Tells the device that its driver gave up (FAILED). Only before `MarkReady`.
void GiveUp(Transport& transport);

}  // namespace flint::virtio
