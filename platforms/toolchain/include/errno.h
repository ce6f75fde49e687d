// SPDX-License-Identifier: Apache-2.0
#pragma once

#define EDOM 33
#define EINVAL 22
#define ERANGE 34
