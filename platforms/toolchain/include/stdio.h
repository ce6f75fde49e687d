// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>

#define EOF (-1)

#ifdef __cplusplus
extern "C"
#endif
    // Never defined; keeps std::remove of <algorithm> apart from it.
    int
    remove(const char* path);
