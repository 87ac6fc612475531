package school

import "tilhor/internal/web"

// stageRoutes are the pages of a track's five stages.
func (p *Pages) stageRoutes() []web.Route { return nil }
