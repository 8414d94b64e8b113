// Layouts of the public headers: see layouts.h.
#include <cstddef>
#include <cstring>

#include "hiaiengine/api.h"
#include "hiaiengine/c_graph.h"
#include "hiaiengine/data_type.h"
#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/multitype_queue.h"
#include "layouts.h"

namespace {
#include "layouts.inc"
}  // namespace

Layouts LayoutsOfOurs() {
  Layouts layouts;
  AddAll(layouts);
  return layouts;
}
