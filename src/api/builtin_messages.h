// The messages that every side knows without a registration: the structures of
// hiaiengine/data_type.h under their names, "string", "vector_uint8_t" and "vector_float".
#pragma once

#include "transport/type_registry.h"

namespace openmatrix {

// Adds the built-in messages whose names `table` does not have. A name that an application has
// registered, if only in part, stays as it is: its type may be another one, and an object of that
// must never meet our hooks.
void AddBuiltinMessages(TypeTable& table);

}  // namespace openmatrix
