// A second copy of this library in one process is named, before protobuf ends the process.
#pragma once

namespace openmatrix {

// Looks whether another object has registered the messages of this library, or is used in its
// place. For a constructor that runs before those of the generated classes: protobuf takes each
// name once and aborts on the second. Then the process ends here, with a line and status 1.
void NameSecondCopy();

}  // namespace openmatrix
