// The message names that every side knows without a registration and that need no types of
// ours: "string", "vector_uint8_t", "vector_float", in cereal's portable binary form.
#pragma once

#include "transport/type_registry.h"

namespace openmatrix {

// Sets the common pair and the converter of these names; a fast pair that an application
// registered under the same name stays and is preferred, as for any name.
void AddBuiltinTypes(TypeTable& table);

}  // namespace openmatrix
