// Built-in messages: frames, batches, pictures, raw buffers.
#include "api/builtin_types.h"
#include "hiaiengine/internal/data_type_image.h"

namespace openmatrix {

BuiltinTypes BuiltinImages() {
  static constexpr BuiltinType kTypes[] = {
      Builtin<hiai::BatchInfo>("BatchInfo"),
      Builtin<hiai::FrameInfo>("FrameInfo"),
      Builtin<hiai::IMAGEFORMAT>("IMAGEFORMAT"),
      Builtin<hiai::RawDataBuffer>("RawDataBuffer"),
      Builtin<hiai::BatchRawDataBuffer>("BatchRawDataBuffer"),
      OPENMATRIX_BUILTIN_TEMPLATE(ImageData),
      OPENMATRIX_BUILTIN_TEMPLATE(ImagePara),
      OPENMATRIX_BUILTIN_TEMPLATE(BatchImagePara),
  };
  return AllOf(kTypes);
}

}  // namespace openmatrix
