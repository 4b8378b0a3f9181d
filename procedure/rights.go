package procedure

import (
	"slices"

	"dankuwel/models"
)

// owns: the complaint is the staff member's: its handler, the coordinator, or who stands in for her.
func (x *deed) owns() bool {
	if x.c.Practice {
		return true // perform looked whose it is
	}
	if slices.Contains(x.n.about, x.by) {
		return false // nobody acts on a complaint about himself
	}
	return x.isHandler() || x.coordinates()
}

func (x *deed) isHandler() bool { return !x.c.Shielded && x.handles() }

// handles: the complaint is assigned to the staff member, or to somebody for whom he stands in. Who handles a shielded complaint
// investigates it, but does not write to the complainant, whom he does not know.
func (x *deed) handles() bool {
	if x.c.HandlerID == nil || slices.Contains(x.n.about, x.by) {
		return false
	}
	return *x.c.HandlerID == x.by.ID || x.standsInFor(x.Settings.StaffByID(*x.c.HandlerID))
}

// investigates: who may fill in what the investigation finds.
func (x *deed) investigates() bool { return x.handles() || x.owns() }

// coordinates: the coordinator, or management where the complaint is about her.
func (x *deed) coordinates() bool {
	if x.c.Practice {
		return true
	}
	if slices.Contains(x.n.about, x.by) {
		return false
	}
	return x.by.Has(models.Coordinator) || slices.Contains(x.owners(x.c, x.n), x.by) ||
		slices.ContainsFunc(x.Settings.Staff, func(s *models.Staff) bool { return s.Has(models.Coordinator) && x.standsInFor(s) })
}

// manages: what management may do with every complaint (CONTRACT section 6, "Rights").
func (x *deed) manages() bool { return x.owns() || x.by.Has(models.Management) && !x.c.Shielded }
