// SPDX-License-Identifier: Apache-2.0
#pragma once

/// @file
/// What every test on the host includes, to be parsed once (cc_host_test.bzl).

#include "gmock/gmock.h"
#include "gtest/gtest.h"
