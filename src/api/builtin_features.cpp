// Built-in messages: features, and what a search for them found.
#include "api/builtin_types.h"
#include "hiaiengine/internal/data_type_feature.h"

namespace openmatrix {

BuiltinTypes BuiltinFeatures() {
  static constexpr BuiltinType kTypes[] = {
      OPENMATRIX_BUILTIN_TEMPLATE(Feature),
      OPENMATRIX_BUILTIN_TEMPLATE(FeatureList),
      OPENMATRIX_BUILTIN_TEMPLATE(FeatureVec),
      OPENMATRIX_BUILTIN_TEMPLATE(FeatureResultPara),
      OPENMATRIX_BUILTIN_TEMPLATE(BatchFeatureResultPara),
      OPENMATRIX_BUILTIN_TEMPLATE(FeatureRecord),
      OPENMATRIX_BUILTIN_TEMPLATE_2(RetrievalSet),
      Builtin<hiai::RetrievalResult>("RetrievalResult"),
      Builtin<hiai::RetrievalResultTopN>("RetrievalResultTopN"),
      Builtin<hiai::RetrievalResultPara>("RetrievalResultPara"),
  };
  return AllOf(kTypes);
}

}  // namespace openmatrix
