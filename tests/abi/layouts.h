// Sizes, offsets and virtual functions as one set of headers has them. layouts.inc makes the list;
// layouts_g2.cpp does so with the headers in g2/, layouts_ours.cpp with include/.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using Layouts = std::vector<std::pair<std::string, std::size_t>>;

Layouts LayoutsOfG2();
Layouts LayoutsOfOurs();
