// SPDX-License-Identifier: Apache-2.0
#pragma once
// Empty: included by libc++, used by nothing in a guest.
