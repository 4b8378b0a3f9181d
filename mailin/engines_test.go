package mailin

import "dankuwel/models/modelstest"

// forEachEngine runs a test on a fresh register of each engine.
var forEachEngine = modelstest.ForEachEngine
