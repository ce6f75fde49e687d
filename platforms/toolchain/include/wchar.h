// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bits/types/mbstate_t.h>
#include <stddef.h>

#define WEOF ((wint_t) - 1)
typedef unsigned int wint_t;
struct tm;
