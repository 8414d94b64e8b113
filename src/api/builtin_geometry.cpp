// Built-in messages: points, lines, regions, masks.
#include "api/builtin_types.h"
#include "hiaiengine/internal/data_type_geometry.h"

namespace openmatrix {

BuiltinTypes BuiltinGeometry() {
  static constexpr BuiltinType kTypes[] = {
      Builtin<hiai::Angle>("Angle"),           Builtin<hiai::Point2D>("Point2D"),
      Builtin<hiai::Point3D>("Point3D"),       Builtin<hiai::ROICube>("ROICube"),
      Builtin<hiai::RLECode>("RLECode"),       OPENMATRIX_BUILTIN_TEMPLATE(Line),
      OPENMATRIX_BUILTIN_TEMPLATE(Rectangle),  OPENMATRIX_BUILTIN_TEMPLATE(Polygon),
      OPENMATRIX_BUILTIN_TEMPLATE(MaskMatrix),
  };
  return AllOf(kTypes);
}

}  // namespace openmatrix
