// The same class, engine name, helper and registrar in every program and library that includes
// this, differing only in OPENMATRIX_TEST_WHERE: what separately built halves of published
// applications do. Nothing here has internal linkage that could help to keep them apart.
#pragma once

#include <memory>
#include <string>

#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/engine.h"

inline std::string WhereInline() { return OPENMATRIX_TEST_WHERE; }

struct SharedCounter {
  static int Next() {
    static int count = 0;  // one per side, if nothing is merged
    return ++count;
  }
};

class SameName : public hiai::Engine {
 public:
  SameName() : made_in_(OPENMATRIX_TEST_WHERE) {}
  HIAI_DEFINE_PROCESS(1, 1)

 private:
  std::string made_in_;
};

// Answers where the constructor, the virtual function and an inline function come from.
HIAI_IMPL_ENGINE_PROCESS("SameName", SameName, 1) {
  static_cast<void>(arg0);
  auto answer =
      std::make_shared<std::string>(made_in_ + " " + OPENMATRIX_TEST_WHERE + " " + WhereInline() +
                                    " " + std::to_string(SharedCounter::Next()));
  return SendData(0, "string", answer);
}
