// Built-in messages: detected objects, cut-out pictures, trees of ids.
#include "api/builtin_types.h"
#include "hiaiengine/internal/data_type_object.h"

namespace openmatrix {

BuiltinTypes BuiltinObjects() {
  using Place = hiai::Rectangle<hiai::Point2D>;
  static constexpr BuiltinType kTypes[] = {
      Builtin<hiai::IDTreeNode>("IDTreeNode"),
      Builtin<hiai::IDTreePara>("IDTreePara"),
      Builtin<hiai::BatchIDTreePara>("BatchIDTreePara"),
      OPENMATRIX_BUILTIN_TEMPLATE(RegionImage),
      OPENMATRIX_BUILTIN_TEMPLATE(RegionImagePara),
      OPENMATRIX_BUILTIN_TEMPLATE(BatchRegionImagePara),
      OPENMATRIX_BUILTIN_TEMPLATE_2(ObjectLocation),
      OPENMATRIX_BUILTIN_TEMPLATE_2(DetectedObjectPara),
      OPENMATRIX_BUILTIN_TEMPLATE_2(BatchDetectedObjectPara),
      Builtin<hiai::BatchDetectedObjectPara<Place, std::int32_t>>(
          "BatchDetectedObjectPara_Rectangle_Point2D_int32_t"),
      Builtin<hiai::BatchDetectedObjectPara<Place, float>>(
          "BatchDetectedObjectPara_Rectangle_Point2D_float"),
  };
  return AllOf(kTypes);
}

}  // namespace openmatrix
