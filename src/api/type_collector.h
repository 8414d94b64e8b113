// Connects the public HIAIDataTypeFactory objects, which applications fill, with the type
// registries of the transport, which read them.
#pragma once

#include "memory/view.h"
#include "transport/type_registry.h"

namespace openmatrix {

// Adds what the factory of `view` holds now to `table`, and the built-in messages whose names it
// does not hold. For TypeRegistry's collector. Takes the factory's lock and runs no user code.
// Objects of old headers fill the maps without it, in the static constructors of a library: collect
// after dlopen has returned, not beside it.
void CollectTypes(View view, TypeTable& table);

// From now on each registration or removal in the factory of `view` calls registry->Refresh().
// REQUIRES: `registry` lives for ever.
void SetTypeObserver(View view, TypeRegistry* registry);

}  // namespace openmatrix
