// Layouts of the headers in g2/: see layouts.h.
#include <cstddef>
#include <cstring>

#include "g2/ai_memory.h"
#include "g2/data_type.h"
#include "g2/data_type_reg.h"
#include "g2/engine.h"
#include "g2/multitype_queue.h"
#include "layouts.h"

namespace {
#include "layouts.inc"
}  // namespace

Layouts LayoutsOfG2() {
  Layouts layouts;
  AddAll(layouts);
  return layouts;
}
