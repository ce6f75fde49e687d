// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>

namespace flint {

/// Sorts `items`, not stably, so that none goes before (`less`, by what
/// `projection` makes of them) the one in front of it. As bounded as
/// `std::ranges::sort`, n log n comparisons at worst, in a tenth of its code;
/// half as fast, which what firmware sorts will never tell.
template <typename T,
          size_t kExtent,
          typename Less = std::ranges::less,
          typename Projection = std::identity>
void HeapSort(std::span<T, kExtent> items,
              Less less = {},
              Projection projection = {}) {
  std::ranges::make_heap(items, less, projection);
  std::ranges::sort_heap(items, less, projection);
}

}  // namespace flint
